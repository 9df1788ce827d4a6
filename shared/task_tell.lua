-- Ends the turn to read a task, unless it has passed on. KEYS: the task, for one caller. ARGV: this replica,
-- what it has read (empty to give the turn back), how many ms nobody has the turn, and how many ms more what
-- was read is kept.
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  redis.call('HSET', KEYS[1], 'holder', '', 'over', 0)
  return 1
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'holder', '', 'over', now + ARGV[3], 'told', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[4])
return 1
