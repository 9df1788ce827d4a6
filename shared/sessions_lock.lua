-- Takes a lock that nobody else holds, or holds it for longer.
-- KEYS[1] the lock. ARGV who takes it; for how many ms.
-- Returns whether it did.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
