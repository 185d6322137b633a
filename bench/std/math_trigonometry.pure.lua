dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
for name, f in pairs(require("elementary")) do math[name] = f end
dofile((string.gsub(arg[0], "%.pure", "")))
