-- At the gateway, after a request is known to be allowed: the program behind the route learns who is asking,
-- and never gets the session's cookie, with which it could come as that person. In front of these lines stand
-- the values of USER, GROUPS, PREFIX and COOKIE.
local function starts(text, with)
  return string.sub(text, 1, #with) == with
end

local function name_user(headers)
  local user = headers:get(USER)
  if user ~= nil and PREFIX ~= "" then
    headers:replace(USER, PREFIX .. user)
  end
  local groups = headers:get("x-auth-request-groups")
  if user ~= nil and groups ~= nil then
    headers:replace(GROUPS, groups)
  end
end

local function drop_session(headers)
  local kept, lines = {}, headers:getNumValues("cookie")
  for line = 0, lines - 1 do
    for crumb in string.gmatch(headers:getAtIndex("cookie", line), "[^;]+") do
      local bare = string.match(crumb, "^%s*(.-)%s*$")
      if bare ~= "" and not starts(bare, COOKIE) then
        table.insert(kept, bare)
      end
    end
  end
  if lines > 0 then
    headers:remove("cookie")
    if #kept > 0 then
      headers:add("cookie", table.concat(kept, "; "))
    end
  end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  name_user(headers)
  if not starts(headers:get(":path") or "", "/oauth2/") then
    drop_session(headers)
  end
end
