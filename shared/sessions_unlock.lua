-- Ends a lock, if it is still held by whoever says so.
-- KEYS[1] the lock. ARGV who holds it.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
