class Circle { constructor(r) { this.r = r; } area() { return 3.0 * this.r * this.r; } }
class Square { constructor(s) { this.s = s; } area() { return this.s * this.s; } }
class Rect { constructor(w, h) { this.w = w; this.h = h; } area() { return this.w * this.h; } }
const shapes = [];
for (let i = 0; i < 1000; i++) { const x = i % 10; shapes.push(i % 3 === 0 ? new Circle(x) : i % 3 === 1 ? new Square(x) : new Rect(x, 2)); }
let total = 0;
for (let k = 0; k < 10000; k++) for (const s of shapes) total += s.area();
console.log(String(total));
