-- Counts a request of one client if it may pass. KEYS: its set; ARGV: the window in milliseconds, the limit.
-- Gives: whether it passes, how many more may, milliseconds until the oldest one that counts is forgotten.
local set, per, max = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
redis.call('ZREMRANGEBYSCORE', set, '-inf', now - per)
local used = redis.call('ZCARD', set)
local oldest = tonumber(redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]) or now
local passes = used < max
if passes then
  local at = now
  -- The member is its time, which readers rely on; of two at the same time one moves by a microsecond.
  while redis.call('ZADD', set, 'NX', at, string.format('%.3f', at)) == 0 do
    at = at + 0.001
  end
  redis.call('PEXPIRE', set, per)
  used = used + 1
end
return { passes and 1 or 0, math.max(max - used, 0), math.max(math.ceil(oldest + per - now), 1) }
