-- Takes the turn to read a task, or asks how long nobody has it. KEYS: the task, for one caller. ARGV: this
-- replica, and for how long it has the turn, in ms. Returns whether the turn is this replica's, how many ms
-- nobody has it yet (0: a replica has it now), and what was told last.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seat = redis.call('HMGET', KEYS[1], 'holder', 'over', 'told')
local holder, left, told = seat[1], (tonumber(seat[2]) or 0) - now, seat[3] or ''
if left > 0 and holder ~= ARGV[1] then
  if holder ~= '' then
    left = 0
  end
  return {0, left, told}
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'over', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
return {1, 0, told}
