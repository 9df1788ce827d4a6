-- A replica has learnt what other clients spend of a budget: see visit.lua for KEYS, of which 1 is the state here.
-- ARGV  1 version of the facts  2 what is known now  3 slots that are left to others
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', string.format('%.0f', tonumber(ARGV[1]) + 1), 'known', ARGV[2], 'left', ARGV[3],
  'pending', 0, 'lease', 0, 'taught', redis.call('HGET', KEYS[1], 'now'))
return 1
