-- SPDX-License-Identifier: Apache-2.0
-- Tasks: what runs side by side in a step, and how it waits. One event wakes one task; whatever is ready
-- then runs, in the order in which it became ready, until all wait again.
--
-- A task is a coroutine that scripts never see. It waits for the answer to one request, or for a group
-- of its own children. Invariant between events: every living task waits for exactly one of the two.
-- A cancelled task is never resumed; its open request is withdrawn with CANCEL.

local davy, native = ...

local tasks = {}
davy.tasks = tasks

local create, resume, yield = coroutine.create, coroutine.resume, coroutine.yield
local isyieldable, status = coroutine.isyieldable, coroutine.status
local sort = table.sort

local waiting = {}         -- request id -> task
local ready = {}           -- queue
local head, tail = 1, 0
local current              -- the task that runs

local function make_ready(task)
  tail = tail + 1
  ready[tail] = task
end

-- ---- waiting ----

-- The running task, if it may wait here.
local function must_be_able_to_wait(word)
  if not current then
    davy.raise("'%s' waits: it belongs inside a step's run, or a function called from there", word)
  end
  if not isyieldable() then
    davy.raise("%s cannot be used inside a callback of table.sort or string.gsub", word)
  end
  return current
end

-- Send the request that a task waits for from now on: its number.
local function request(task, verb, fields)
  local id = native.request(verb, fields)
  waiting[id], task.request, task.verb, task.fields = task, id, verb, fields
  return id
end

-- Ask the controller and wait for its answer: RESULT's value. A refusal is raised at the script's line.
function tasks.ask(verb, fields, word)
  request(must_be_able_to_wait(word or verb), verb, fields)
  local result = yield()
  if not result.ok then error((fields.where or "davy") .. ": " .. result.why, 0) end
  return result.value
end

-- ---- what runs share ----

-- Take these, and wait until they are this run's: what to give back. What is left behind by a task that
-- is cancelled stays the run's until its finally blocks have run.
function tasks.take(names)
  local task = must_be_able_to_wait("exclusive")
  local fields, outer = { names = names }, task.taken
  task.taken = request(task, "take", fields)
  local result = yield()
  if result.ok then return task.taken end
  task.taken = outer
  return error((fields.where or "davy") .. ": " .. result.why, 0)
end

function tasks.give(id, left)
  current.taken = nil
  tasks.ask("give", { of = id, left = left }, "exclusive")
end

-- Remember why the last condition of this task was not reached.
function tasks.set_why(why)
  current.why = why
end

function tasks.take_why()
  local why = current and current.why
  if current then current.why = nil end
  return why
end

-- ---- groups ----

local close_group

local function cancel(task)
  if task.dead then return end
  task.dead = true
  if task.request then
    waiting[task.request] = nil
    native.emit("CANCEL", nil, task.request)
  end
  if task.taken then native.request("give", { of = task.taken, left = true }) end
  if task.children then close_group(task.children) end
end

-- The group has what it waited for: its other tasks are cancelled and its parent goes on.
function close_group(group)
  group.closed = true
  for _, task in ipairs(group) do cancel(task) end
end

local function settle_group(group)
  close_group(group)
  make_ready(group.parent)
end

local function child_ended(task, ok, raised)
  local group = task.group
  if group.closed then return end
  if not ok then
    group.failure = raised
    settle_group(group)
  elseif group.race then
    group.winner = task.place
    settle_group(group)
  else
    group.left = group.left - 1
    if group.left == 0 then settle_group(group) end
  end
end

local function concurrently(word, race, ...)
  local parent = must_be_able_to_wait(word)
  local group = { parent = parent, race = race, left = select("#", ...) }
  if group.left == 0 then davy.raise("%s needs functions, as in %s(f, g)", word, word) end
  for place = 1, group.left do
    local body = select(place, ...)
    if type(body) ~= "function" then
      davy.raise("%s takes functions, and number %d is a %s", word, place, type(body))
    end
    group[place] = { co = create(body), group = group, place = place }
  end
  for _, task in ipairs(group) do make_ready(task) end

  parent.children = group
  yield()
  parent.children = nil
  if group.failure then error(group.failure, 0) end
  return group.winner
end

-- All of the functions, side by side, to their ends. An error in one ends the others and is raised here.
function tasks.together(...)
  concurrently("together", false, ...)
end

-- The first of the functions to return wins, the others are cancelled: which one it was.
function tasks.race(...)
  return concurrently("race", true, ...)
end

-- ---- running ----

-- A task of its own; `ended` gets (true) or (false, a text).
function tasks.spawn(body, ended)
  make_ready { co = create(body), ended = ended }
end

local function task_ended(task, ok, raised)
  task.dead = true
  if not ok then raised = davy.error_text(raised, task.co) end
  if task.group then
    child_ended(task, ok, raised)
  else
    task.ended(ok, raised)
  end
end

-- Run until every task waits.
function tasks.run()
  while head <= tail do
    local task = ready[head]
    ready[head] = nil
    head = head + 1
    if not task.dead then
      current = task
      local answer = task.answer
      task.answer = nil
      local ok, raised = resume(task.co, answer)
      current = nil
      if status(task.co) == "dead" then task_ended(task, ok, raised) end
    end
  end
end

-- The answer to a request; one that was cancelled meanwhile is passed over.
function tasks.answer(id, result)
  local task = waiting[id]
  if not task then return end
  waiting[id], task.request, task.answer = nil, nil, result
  make_ready(task)
end

-- A stop has dropped every request: those whose tasks go on are sent once more, the oldest first.
function tasks.ask_again()
  local again, ids = waiting, {}
  waiting = {}
  for id in pairs(again) do ids[#ids + 1] = id end
  sort(ids)
  for _, number in ipairs(ids) do
    local task = again[number]
    local took = task.taken == task.request
    local id = request(task, task.verb, task.fields)
    if took then task.taken = id end
  end
end

-- Forget every task and every request: nothing of them runs again.
function tasks.drop()
  waiting, ready, head, tail = {}, {}, 1, 0
end
