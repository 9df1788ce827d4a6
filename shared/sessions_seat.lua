-- Takes a session into the set of all, unless it is full, and counts them.
-- KEYS[1] sessions by when they end, in ms of the engine's clock.
-- ARGV    the session, or nothing to count; its lifetime in ms; how many there may be.
-- Returns whether the session is there, and how many there are.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local count = redis.call('ZCARD', KEYS[1])
if ARGV[1] == '' then
  return {0, count}
end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == false then
  if count >= tonumber(ARGV[3]) then
    return {0, count}
  end
  count = count + 1
end
redis.call('ZADD', KEYS[1], string.format('%d', now + tonumber(ARGV[2])), ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], string.format('%d', tonumber(last[2]) - now)) -- with the last of them
return {1, count}
