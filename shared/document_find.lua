-- Returns the text of a persisted query, and notes that it is in use. KEYS: the texts, and when each was last
-- in use, in microseconds. ARGV: the hash, the most bytes that a text may have, and for how long one is kept, in ms.
local bytes = redis.call('HSTRLEN', KEYS[1], ARGV[1])
if bytes == 0 or bytes > tonumber(ARGV[2]) then
  return false
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], time[1] * 1000000 + time[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return redis.call('HGET', KEYS[1], ARGV[1])
