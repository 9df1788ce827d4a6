-- A replica gives up its part of a budget. Its slots stay until they are free. A budget that no replica keeps a part
-- of, and of which nothing else is to be remembered, is dropped soon after that: callers can make budgets up.
--
-- KEYS  1 the replicas of the budget  2 its state  3 what is under way  4 and further: the others; see visit.lua
-- ARGV  1 the replica  2 after how many ms the budget is dropped, by when what was spent of it is free
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('HLEN', KEYS[1]) > 0 or redis.call('ZCARD', KEYS[3]) > 0 then return 0 end
local state = redis.call('HMGET', KEYS[2], 'epoch', 'known') -- pauses, and other clients
if state[1] ~= '0' or state[2] and state[2] ~= '' then return 0 end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return 1
