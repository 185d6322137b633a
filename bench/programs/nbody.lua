local sqrt = math.sqrt
local PI = 3.141592653589793
local SM, D = 4 * PI * PI, 365.24
local function planet(x, y, z, vx, vy, vz, m) return {x=x, y=y, z=z, vx=vx*D, vy=vy*D, vz=vz*D, mass=m*SM} end
local bodies = {{x=0, y=0, z=0, vx=0, vy=0, vz=0, mass=SM},
 planet(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
 planet(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411410, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
 planet(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
 planet(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451)}
local px, py, pz = 0, 0, 0
for _, b in ipairs(bodies) do px = px + b.vx * b.mass py = py + b.vy * b.mass pz = pz + b.vz * b.mass end
bodies[1].vx = -px / SM bodies[1].vy = -py / SM bodies[1].vz = -pz / SM
local function energy()
  local e = 0
  for i = 1, #bodies do
    local a = bodies[i]
    e = e + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for k = i + 1, #bodies do
      local b = bodies[k]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      e = e - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end
local function advance(dt)
  local n = #bodies
  for i = 1, n do
    local a = bodies[i]
    for k = i + 1, n do
      local b = bodies[k]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local d2 = dx * dx + dy * dy + dz * dz
      local mag = dt / (d2 * sqrt(d2))
      a.vx = a.vx - dx * b.mass * mag a.vy = a.vy - dy * b.mass * mag a.vz = a.vz - dz * b.mass * mag
      b.vx = b.vx + dx * a.mass * mag b.vy = b.vy + dy * a.mass * mag b.vz = b.vz + dz * a.mass * mag
    end
  end
  for i = 1, n do local b = bodies[i] b.x = b.x + dt * b.vx b.y = b.y + dt * b.vy b.z = b.z + dt * b.vz end
end
print(string.format("%.9f", energy()))
for _ = 1, 400000 do advance(0.01) end
print(string.format("%.9f", energy()))
