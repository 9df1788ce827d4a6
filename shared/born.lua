-- How long the ledger has to count until it lets calls go, in milliseconds: 0 if it has for long enough.
-- KEYS  1 born  ARGV  1 how long it warms up: both as in visit.lua
local t = redis.call('TIME')
local time, warm = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000), tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', time), 'NX')
return math.min(math.max(warm - (time - tonumber(redis.call('GET', KEYS[1]))), 0), warm)
