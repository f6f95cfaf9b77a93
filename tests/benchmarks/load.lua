-- For wrk: asks for the given paths in turn; "#" in a path is a number of nine digits, one that was
-- not asked for before: not in an earlier run, which began at least a second ago, either.
-- Says what was measured as JSON.

local function numbered(paths)
  local turn, first = 0, os.time() % 100000 * 10000
  return function()
    turn = turn + 1
    local path = paths[(turn - 1) % #paths + 1]
    return wrk.format("GET", (path:gsub("#", string.format("%09d", first + turn))))
  end
end

function init(paths)
  if #paths > 1 or paths[1]:find("#") then
    request = numbered(paths)  -- else wrk sends the same bytes again and again, which costs less
  else
    wrk.path = paths[1]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "bytes": %d, "median": %f, "p99": %f, "refused": %d, "lost": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
