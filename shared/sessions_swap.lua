-- Writes the next version of a grant, if it is still of the version that was read.
-- KEYS[1] the grant: v its version, d its data.
-- ARGV    the version that was read, 0 for none; the data, or nothing to delete it; its lifetime in ms, or 0 for
--         that which it has.
-- Returns whether it did.
local version = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
if version ~= tonumber(ARGV[1]) then
  return 0
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'v', string.format('%d', version + 1), 'd', ARGV[2])
if tonumber(ARGV[3]) > 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
