module slipway/tools/pause

go 1.26.0

tool slipway/tools/pause
