import { PARTS } from '../window.ts'

/** Adds hits that depend on a response. The edge does not wait for the result. */
export const ADD = 1
/** The rule's action ends the evaluation. */
export const ENDS = 2
/** Refused requests do not count. */
export const ONLY_TO_ORIGIN = 4
/** The rule's expression matches the request. */
export const APPLIES = 8

/**
 * All counters of one request in one atomic step. It does the same as `memory.ts`; both pass the same contract suite.
 *
 * The value of a key is `p UNTIL COUNT` during its action, else `w START C1 … C8` with the counts of the parts of its period. Redis
 * drops the key when it expires. ARGV[1] is the time in milliseconds, or -1 for the server's time, which all edges share. Then come
 * five numbers per key: limit, period and mitigation timeout in milliseconds, amount, and the flags above. The answer has four numbers
 * per counter above its limit: its index from 0, its count, the milliseconds to wait, and the age of its penalty or oldest part.
 */
export const COUNT_SCRIPT = `
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local found = {}
local later = {}

local function whole(number) return string.format('%.0f', number) end
local function has(flags, flag) return math.floor(flags / flag) % 2 == 1 end

local function hit(i)
  local at = 2 + (i - 1) * 5
  local flags = tonumber(ARGV[at + 4])
  return {
    key = KEYS[i],
    limit = tonumber(ARGV[at]),
    period = tonumber(ARGV[at + 1]),
    mitigation = tonumber(ARGV[at + 2]),
    amount = tonumber(ARGV[at + 3]),
    adds = has(flags, ${ADD}),
    ends = has(flags, ${ENDS}),
    toOrigin = has(flags, ${ONLY_TO_ORIGIN}),
    applies = has(flags, ${APPLIES}),
  }
end

local function penalty(h, words)
  if words[1] ~= 'p' or h.mitigation == 0 then return nil end
  local left = tonumber(words[2]) - now
  if left <= 0 then return nil end
  if left > h.mitigation then
    left = h.mitigation
    redis.call('SET', h.key, 'p ' .. whole(now + left) .. ' ' .. words[3], 'PX', whole(left))
  end
  return { tonumber(words[3]), left, h.mitigation - left }
end

local function window(h, words)
  local w = { start = now, counts = {} }
  for i = 1, ${PARTS} do w.counts[i] = 0 end
  if words[1] ~= 'w' then return w end
  for i = 1, ${PARTS} do w.counts[i] = tonumber(words[i + 2]) end
  w.start = tonumber(words[2])
  local elapsed = now - w.start
  local part = h.period / ${PARTS}
  if elapsed >= 0 and elapsed < part then return w end
  if elapsed < 0 or elapsed >= h.period then w.start = now end
  if elapsed < 0 then
    w.moved = true
    return w
  end
  local parts = math.min(math.floor(elapsed / part), ${PARTS})
  for i = 1, ${PARTS} do w.counts[i] = w.counts[i + parts] or 0 end
  if parts < ${PARTS} then w.start = w.start + parts * part end
  return w
end

local function total(w)
  local sum = 0
  for i = 1, ${PARTS} do sum = sum + w.counts[i] end
  return sum
end

local function wait(h, w)
  local left = total(w) + h.amount - h.limit
  for i = 1, ${PARTS} do
    left = left - w.counts[i]
    if left <= 0 then return w.start + i * h.period / ${PARTS} - now end
  end
  return h.period
end

local function since(h, w)
  for i = 1, ${PARTS} do
    if w.counts[i] > 0 then return math.max(0, now - w.start + (${PARTS} - i) * h.period / ${PARTS}) end
  end
  return 0
end

local function save(h, w)
  local words = { 'w', whole(w.start) }
  for i = 1, ${PARTS} do words[i + 2] = whole(w.counts[i]) end
  redis.call('SET', h.key, table.concat(words, ' '), 'PX', whole(math.max(1, w.start + h.period - now)))
end

local function count(h, w)
  w.counts[${PARTS}] = w.counts[${PARTS}] + h.amount
  save(h, w)
end

local function punish(h, counted)
  local words = { 'p', whole(now + h.mitigation), whole(counted) }
  redis.call('SET', h.key, table.concat(words, ' '), 'PX', whole(h.mitigation))
end

local function words(h)
  local found = {}
  for word in string.gmatch(redis.call('GET', h.key) or '', '%S+') do found[#found + 1] = word end
  return found
end

local function add(h)
  local held = words(h)
  if penalty(h, held) then return end
  local w = window(h, held)
  local counted = total(w) + h.amount
  if counted > h.limit and h.mitigation > 0 then punish(h, counted) else count(h, w) end
end

local function judge(h)
  local held = words(h)
  local punished = penalty(h, held)
  if punished then
    if h.applies then return punished end
    return nil
  end
  local w = window(h, held)
  local counted = total(w) + h.amount
  if w.moved then save(h, w) end
  if counted > h.limit then
    if h.mitigation > 0 then
      punish(h, counted)
      if h.applies then return { counted, h.mitigation, 0 } end
      return nil
    end
    if h.applies then return { counted, wait(h, w), since(h, w) } end
  end
  if h.amount > 0 and h.toOrigin then later[#later + 1] = h
  elseif h.amount > 0 then count(h, w) end
  return nil
end

for i = 1, #KEYS do
  local h = hit(i)
  if h.adds then add(h)
  else
    local said = judge(h)
    if said then
      found[#found + 1] = i - 1
      found[#found + 1] = said[1]
      found[#found + 1] = said[2]
      found[#found + 1] = said[3]
      if h.ends then return found end
    end
  end
end
for i = 1, #later do add(later[i]) end
return found
`
