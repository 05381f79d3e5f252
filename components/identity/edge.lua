-- At the gateway, before anything else looks at a request: plain HTTP is sent to HTTPS, and what HTTPS answers
-- tells the browser to stay there. In front of these lines stand the values of SECURE, HOSTS, PORT, CHALLENGE
-- and HSTS.
local function name_of(authority)
  return (string.lower(authority):gsub(":%d+$", ""))
end

local function ours(name)
  if #HOSTS == 0 then
    return true
  end
  for _, host in ipairs(HOSTS) do
    if name == host then
      return true
    end
  end
  return false
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if not SECURE or headers:get("x-forwarded-proto") == "https" then
    return
  end
  local path = headers:get(":path") or "/"
  if CHALLENGE and string.sub(path, 1, 28) == "/.well-known/acme-challenge/" then
    return
  end
  local name = name_of(headers:get(":authority") or "")
  if name ~= "" and ours(name) then
    handle:respond({[":status"] = "308", ["location"] = "https://" .. name .. PORT .. path}, "")
  end
end

function envoy_on_response(handle)
  if HSTS ~= "" and handle:connection():ssl() ~= nil then
    handle:headers():replace("strict-transport-security", HSTS)
  end
end
