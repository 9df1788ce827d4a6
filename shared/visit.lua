-- A replica visits the ledger of a budget: what became of its calls, and which of those that wait may go.
-- ledger.go tells what the arguments and the result are; throttle.Ledger is the contract. The rules are those of
-- a replica that is alone (package throttle: budget.go, room.go, pause.go, caller.go).
--
-- KEYS  1 born      string: when the engine began to count; no TTL, so that it is missing if data was lost
--       2 state     hash: clock, pause, pace, and what was learnt of other clients
--       3 underway  sorted set: calls that had their turn, by when their slots are free at the latest
--       4 spent     sorted set: calls that are over, by when their slots are free
--       5 occupied  hash: slots of each caller, of each @replica, and of all strangers (?)
--       6 callers   sorted set: callers of the last minute, by when they were seen
--       7 replicas  hash: what is known of each replica
--       8 testing   sorted set: calls under way that test the ground after a pause
--
-- A call is replica:number|caller, in which the number is not one of those if its process has ended; a stranger is ?caller. All times are milliseconds. Those that go in or out are
-- durations, but for the facts. (One value is assigned at a time, since not all interpreters get more right.)

local WINDOW, MINUTE = 10000, 60000
local WARM = 15000      -- nothing goes after data was lost
local GRACE = 2000      -- for which a visit may be late
local SETTLED = 12000   -- after which the calls of a missing replica are a window old
local TOLERANCE = 1000  -- by which the engine's clock and a replica's may differ
local USUAL = 1500      -- between two visits of whichever replicas
local LEASE = 2000      -- of the replica that learns
local LATEST = 1000     -- to wait before the next visit
local SPARE = 300       -- for which a visit of a replica that waits may be late
local REMEMBERED = 130000 -- for which the service remembers a window that was overrun
local OPENED = 64       -- calls that test the ground at most
local RESERVE = 6       -- one in so many slots is for callers that have had less than their share
local TTL = 600000

local me, number, after, since, next_ = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local callersHere, callsHere = tonumber(ARGV[6]), tonumber(ARGV[7])
local limit, unproven, hold = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local maxPause, outage = tonumber(ARGV[11]), tonumber(ARGV[12])
local unheard = ARGV[13] == '1'
local SETTLEMENTS, FIELDS = 15, 9 -- where they begin, and of how many values one consists
local HEADS = SETTLEMENTS + FIELDS * tonumber(ARGV[14])
local bounded = limit > 0

local function hash(key)
  local flat, map = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- The replicas. Of each: missing, from when it counts as that; number and seen, of its last visit, and part, which
-- that promised; heard, heardAt and heardPart, of the last visit whose reply it had; callers and calls that wait
-- there, up to when; and whether the calls of a missing one have been taken for over.
local RECORD = { 'missing', 'number', 'seen', 'part', 'heard', 'heardAt', 'heardPart', 'callers', 'calls', 'until', 'over' }
local replicas = {}
for name, text in pairs(hash(KEYS[7])) do
  local r, i = {}, 1
  for value in string.gmatch(text, '%S+') do
    local field = RECORD[i]
    r[field] = (field == 'number' or field == 'heard') and value or tonumber(value)
    i = i + 1
  end
  replicas[name] = r
end
local function write(name)
  local values = {}
  for i, field in ipairs(RECORD) do
    local value = replicas[name][field]
    values[i] = type(value) == 'number' and string.format('%.0f', value) or value
  end
  redis.call('HSET', KEYS[7], name, table.concat(values, ' '))
end
local function held(r) return math.max(r.part, r.heardPart) end -- it may know of either

local stored, state = hash(KEYS[2]), {}
for field, value in pairs(stored) do state[field] = value end
local lost = not state.now and (tonumber(after) > 0 or next(replicas) ~= nil) -- the budget has been known before
if lost then -- what is left of it is worth nothing
  for i = 3, 8 do redis.call('DEL', KEYS[i]) end
  replicas = {}
end
local mine = replicas[me]
if mine and number <= mine.number then return { 'outdated' } end

-- The clock. It is the engine's as long as a replica vouches for it by its own. Nobody vouches at the first visit of
-- a replica: no more than the usual time between two visits is believed then.
local function num(field) return tonumber(state[field] or 0) end
local t = redis.call('TIME')
local time = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local now, known = num('now'), nil -- known: when the visit was whose reply the replica had last
if mine and after == mine.number then
  known = mine.seen
  mine.heard = mine.number
  mine.heardAt = mine.seen
  mine.heardPart = mine.part
elseif mine and after == mine.heard then
  known = mine.heardAt
end
if not state.now then
  now = time
  state.time = time
elseif known then
  local expected, engine = known + since, now + time - num('time')
  if engine > expected + TOLERANCE then engine = expected end -- it has jumped: nothing is free early
  now = math.max(now, engine, expected - TOLERANCE)
  state.time = time
else
  local ago = time - num('time')
  if ago > 0 and ago <= USUAL then now = now + ago end
  state.time = time
end

-- Warm-up: of lost data nobody knows what was granted by it.
local born = tonumber(redis.call('GET', KEYS[1]) or time)
redis.call('SET', KEYS[1], string.format('%.0f', time), 'NX')
local warm = num('warm')
if not state.now then
  warm = now + math.min(math.max(WARM - (time - born), 0), WARM)
  if lost then warm = now + WARM end
elseif num('born') ~= born then
  warm = now + WARM
end

-- Slots.
local function count(field, by)
  if redis.call('HINCRBY', KEYS[5], field, by) <= 0 then redis.call('HDEL', KEYS[5], field) end
end
local function stranger(caller) return string.sub(caller, 1, 1) == '?' end
local function owner(call) return string.match(call, '^(.*):[^:|]*|(.*)$') end
local function tally(call, by)
  local replica, caller = owner(call)
  count('@' .. replica, by)
  count(stranger(caller) and '?' or caller, by)
end
-- free frees the slot of a call, if it has one. It returns whether the call was under way, and whether it had one.
local function free(call)
  redis.call('ZREM', KEYS[8], call)
  local underway = redis.call('ZREM', KEYS[3], call) == 1
  local had = underway or redis.call('ZREM', KEYS[4], call) == 1
  if had then tally(call, -1) end
  return underway, had
end
-- over takes the calls that a replica has under way for over at some time, at the latest.
local function over(replica, at)
  local calls = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
  for i = 1, #calls, 2 do
    if owner(calls[i]) == replica and tonumber(calls[i + 1]) > at then redis.call('ZADD', KEYS[3], at, calls[i]) end
  end
end

-- ended does the same with those of a process of this replica that has ended, and gives all its calls names that
-- those of the next one do not have.
local function ended()
  over(me, now + SETTLED)
  for i = 3, 4 do
    local calls = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES')
    for k = 1, #calls, 2 do
      local replica, caller = owner(calls[k])
      if replica == me then
        redis.call('ZREM', KEYS[i], calls[k])
        redis.call('ZREM', KEYS[8], calls[k])
        redis.call('ZADD', KEYS[i], calls[k + 1], me .. ':' .. number .. '-' .. k .. '|' .. caller)
      end
    end
  end
end

if tonumber(after) == 0 then ended() end
for name, r in pairs(replicas) do
  local from = math.max(r.missing, r.seen)
  if name ~= me and now >= r.missing then
    if r.over == 0 then
      over(name, from + SETTLED)
      r.over = 1
      write(name)
    end
    if now >= from + outage then
      redis.call('HDEL', KEYS[7], name)
      replicas[name] = nil
    end
  end
end
for i = 3, 4 do -- not what is free in this very millisecond, which may have begun earlier
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', '(' .. string.format('%.0f', now))) do free(call) end
end

-- Settlements.
local until_, epoch, opening, served, pending = num('until'), num('epoch'), num('opening'), num('served'), num('pending')
local overran, version, own, lease = num('overran'), num('version'), num('own'), num('lease')

local function see(caller) redis.call('ZADD', KEYS[6], now, caller) end

local function refuse(e, asked, elapsed, had)
  local to = now + math.min(asked > 0 and asked or WINDOW, maxPause)
  if e ~= epoch or now < until_ then
    if had or e >= epoch then until_ = math.max(until_, to) end -- or else it has been told before
    return
  end
  local inARow, ago = epoch > 0 and served == 0, now - overran
  local again = inARow and ago < WINDOW / 2
  if inARow then to = math.max(to, now + math.min(again and WINDOW or REMEMBERED - ago, maxPause)) end
  own = redis.call('ZCOUNT', KEYS[4], '(' .. string.format('%.0f', now - elapsed + WINDOW), '+inf')
  state.at = now
  state.asked = asked
  state.again = again and 1 or 0
  state.before = overran
  state.full = num('drained')
  if not again then overran = now end
  until_, epoch, opening, served, pending = to, epoch + 1, 1, 0, bounded and 1 or 0
  version, lease = version + 1, 0
  redis.call('DEL', KEYS[8])
end

for i = SETTLEMENTS, HEADS - 1, FIELDS do
  local caller, sender, fate, e, left = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5])
  local answered, asked, elapsed = ARGV[i + 6] == '1', tonumber(ARGV[i + 7]), tonumber(ARGV[i + 8])
  local name = me .. ':' .. ARGV[i] .. '|'
  local call = name .. caller
  if fate == 'proved' then
    local stranger_ = name .. sender
    for k = 3, 4 do
      local score = redis.call('ZSCORE', KEYS[k], stranger_)
      if score then
        redis.call('ZREM', KEYS[k], stranger_)
        redis.call('ZADD', KEYS[k], score, call)
        tally(stranger_, -1)
        tally(call, 1)
        if redis.call('ZREM', KEYS[8], stranger_) == 1 then redis.call('ZADD', KEYS[8], now, call) end
        see(caller)
      end
    end
  else
    local underway, had = free(call)
    if fate == 'spent' then
      if bounded and left > 0 then
        redis.call('ZADD', KEYS[4], now + left, call)
        tally(call, 1)
        if pending == 1 and (underway or not had) then own = own + 1 end
      end
      if underway and answered and e == epoch then
        served = 1
        if opening > 0 then opening = opening + 1 end -- each one that is back lets two more go
        if opening > OPENED then opening = 0 end
      end
    elseif fate == 'underway' then
      redis.call('ZADD', KEYS[3], now + hold, call)
      tally(call, 1)
    elseif fate == 'overran' then
      refuse(e, asked, elapsed, had)
    end
  end
end

-- The replica, its part, and what is left to those that are missing. A visit whose replica has not had the last
-- reply, or has missed one that may not have come here, does not say that it will have this one.
if not mine then
  mine = { missing = now + next_ + GRACE, heard = '0', heardAt = 0, heardPart = 0 }
  replicas[me] = mine
elseif known == mine.seen and not unheard or tonumber(after) == 0 then
  mine.missing = now + next_ + GRACE
end
mine.number = number
mine.seen = now
mine.over = 0
local n, promised, missing, waiting = 0, 0, 0, {}
local waitingCallers = callersHere
for name, r in pairs(replicas) do
  n = n + 1
  if name ~= me then
    promised = promised + held(r)
    if now >= r.missing then missing = missing + held(r) end
    if r.calls > 0 and now < r['until'] then
      waiting[#waiting + 1] = { name = name, callers = r.callers, calls = r.calls }
      waitingCallers = waitingCallers + r.callers
    end
  end
end
mine.part = math.max(0, math.min(math.floor(limit / (2 * n)), limit - promised))

-- Room.
local left, last, drained = num('left'), num('last'), num('drained')
local slots = limit - missing
slots = math.max(slots - left, math.min(slots, 1), 0)
local occupied = redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
local seen = {}
for i = HEADS, #ARGV, 2 do
  if not stranger(ARGV[i + 1]) then
    seen[#seen + 1] = now
    seen[#seen + 1] = ARGV[i + 1]
  end
end
if #seen > 0 then redis.call('ZADD', KEYS[6], unpack(seen)) end
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now - MINUTE)
local callers = redis.call('ZCARD', KEYS[6])
local reserve = callers > 1 and math.floor(slots / RESERVE) or 0
local pace = math.ceil(WINDOW * 0.9 / math.max(slots, 1))

local function has(field) return tonumber(redis.call('HGET', KEYS[5], field) or 0) end
local ownSlots, needed = 0, 0 -- and what others who wait have a right to
if #waiting > 0 then
  ownSlots = has('@' .. me)
  for _, w in ipairs(waiting) do
    w.slots = has('@' .. w.name)
    needed = needed + math.max(0, math.min(w.calls, math.ceil(slots * w.callers / waitingCallers) - w.slots))
  end
end
-- rank returns how many replicas come first, which have less for each caller that waits.
local function rank()
  local r = 0
  for _, w in ipairs(waiting) do
    if w.slots * math.max(callersHere, 1) < ownSlots * math.max(w.callers, 1) then r = r + 1 end
  end
  return r
end
-- release returns how long it takes until a slot is free, after those of the replicas that come first. Of calls
-- under way nobody knows.
local function release()
  local k = math.min(rank(), redis.call('ZCARD', KEYS[4]) - 1)
  local entry = redis.call('ZRANGE', KEYS[4], k, k, 'WITHSCORES')
  return entry[2] and tonumber(entry[2]) + 1 - now or LATEST
end
-- strangersRelease is the same of the strangers' slots.
local function strangersRelease()
  local first, spent = LATEST, 0
  local calls = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
  for i = 1, #calls, 2 do
    local _, caller = owner(calls[i])
    if stranger(caller) then
      if spent == 0 then first = tonumber(calls[i + 1]) + 1 - now end
      spent = spent + 1
    end
  end
  return spent < unproven and 50 or first
end

-- shut returns why no call may go, whoever it is of, and for how long.
local learner = false
local function shut()
  if now < warm then return 'warm-up', warm - now end
  if now < until_ then return 'pause', until_ - now end
  if pending == 1 then
    if now < lease then return 'learning', 20 end
    learner = true
    return 'learning', 0
  end
  if opening > 0 and redis.call('ZCARD', KEYS[8]) >= opening then return 'opening', 50 end
  if not bounded then return end
  if occupied >= slots then return 'full', release() end
  if #waiting > 0 and ownSlots * waitingCallers >= slots * callersHere and slots - occupied <= needed then
    return 'others', 20 * (1 + rank())
  end
  local pressed = left > 0 or now < drained + WINDOW
  if pressed and 2 * occupied >= slots and now < last + pace then return 'pace', last + pace * (1 + rank()) - now end
end
local function passedOver(caller)
  if not bounded then return end
  if stranger(caller) then
    if has('?') >= unproven then return 'strangers' end
  elseif slots - occupied <= reserve and has(caller) * callers >= slots then
    return 'reserved'
  end
end

local granted, why, wait = {}, '', 0
for i = HEADS, #ARGV, 2 do
  local reason, time_ = shut()
  if reason then
    why, wait = reason, time_
    break
  end
  local caller = ARGV[i + 1]
  local call = me .. ':' .. ARGV[i] .. '|' .. caller
  reason = passedOver(caller)
  if not reason then
    redis.call('ZADD', KEYS[3], now + hold, call)
    tally(call, 1)
    if opening > 0 then redis.call('ZADD', KEYS[8], now, call) end
    ownSlots, occupied, last = ownSlots + 1, occupied + 1, now
    if bounded and occupied >= slots then drained = now end
    granted[#granted + 1] = ARGV[i]
  elseif why ~= 'reserved' then
    why, wait = reason, reason == 'reserved' and release() or strangersRelease()
  end
end
if why ~= '' and not learner then
  wait = math.max(wait, 5 * #waiting, 1) -- many who wait ask less often each
  if why ~= 'warm-up' and why ~= 'pause' then wait = math.min(wait, LATEST) end
end

-- Facts, after a pause or a window.
local facts = {}
local quiet = state.known and state.known ~= '' and pending == 0 and now >= num('taught') + WINDOW and now >= lease
if learner or quiet then
  lease = now + LEASE
  local answers = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
  local times = {}
  for i = 2, #answers, 2 do times[i / 2] = tonumber(answers[i]) - WINDOW end
  local refusal = {}
  if learner then refusal = { num('at'), until_, num('asked'), num('again'), num('before'), num('full'), own } end
  facts = { version, now, state.known or '', refusal, times }
end

-- What is kept.
mine.callers = callersHere
mine.calls = callsHere - #granted
mine['until'] = now + math.min(wait, next_) + SPARE
if mine.calls <= 0 then
  waitingCallers = waitingCallers - callersHere
  mine.callers = 0
  mine.calls = 0
end
write(me)
local kept = {
  born = born, now = now, time = state.time, warm = warm,
  ['until'] = until_, epoch = epoch, opening = opening, served = served, pending = pending, overran = overran,
  at = num('at'), asked = num('asked'), again = num('again'), before = num('before'), full = num('full'), own = own,
  version = version, lease = lease, left = left, last = last, drained = drained,
}
local changed = {}
for field, value in pairs(kept) do
  if tonumber(stored[field]) ~= value then
    changed[#changed + 1] = field
    changed[#changed + 1] = string.format('%.0f', value)
  end
end
if #changed > 0 then redis.call('HSET', KEYS[2], unpack(changed)) end
for i = 2, 8 do redis.call('PEXPIRE', KEYS[i], math.max(TTL, outage)) end

return {
  why, wait, granted, math.max(until_ - now, 0), epoch, bounded and slots or 0, occupied, left, callers, waitingCallers,
  mine.part, n, facts,
}
