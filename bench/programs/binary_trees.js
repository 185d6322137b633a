function make(depth) { return depth === 0 ? { left: null, right: null } : { left: make(depth - 1), right: make(depth - 1) }; }
function check(t) { return 1 + (t.left ? check(t.left) : 0) + (t.right ? check(t.right) : 0); }
const longLived = make(14);
let total = 0;
for (let i = 0; i < 300; i++) total += check(make(12));
console.log(total + check(longLived));
