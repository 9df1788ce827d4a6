-- A replica gives up its part of a budget. Its slots stay until they are free.
-- KEYS  1 the replicas of the budget  ARGV  1 the replica
return redis.call('HDEL', KEYS[1], ARGV[1])
