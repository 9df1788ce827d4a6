-- Deletes a grant, and returns its version and its data as they were.
-- KEYS[1] the grant.
local fields = redis.call('HMGET', KEYS[1], 'v', 'd')
redis.call('DEL', KEYS[1])
return fields
