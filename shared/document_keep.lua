-- Keeps the text of a persisted query, and drops those that have not been in use for long, or for longest as
-- long as all take too much. KEYS: the texts, with the bytes of all under "bytes", and when each was last in
-- use. ARGV: the hash, the text, the most bytes of all, bytes of each beside its text, and for how long one is
-- kept, in ms.
local most, beside, keep = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function size(hash)
  local bytes = redis.call('HSTRLEN', KEYS[1], hash)
  return bytes > 0 and bytes + beside or 0
end
if redis.call('ZCARD', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[1])
end
local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes') or 0) - size(ARGV[1]) + #ARGV[2] + beside
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now, ARGV[1])
local function drop(hashes)
  for _, hash in ipairs(hashes) do
    bytes = bytes - size(hash)
    redis.call('HDEL', KEYS[1], hash)
    redis.call('ZREM', KEYS[2], hash)
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - keep * 1000, 'LIMIT', 0, 100))
while bytes > most do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)
  if #oldest == 0 then
    break
  end
  drop(oldest)
end
redis.call('HSET', KEYS[1], 'bytes', bytes)
redis.call('PEXPIRE', KEYS[1], keep)
redis.call('PEXPIRE', KEYS[2], keep)
return bytes
