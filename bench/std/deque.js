class Deque {
  constructor() {
    this.items = new Array(16);
    this.first = 0;
    this.count = 0;
  }
  grow() {
    const n = this.items.length;
    if (this.count < n) return;
    this.items = [...this.items.slice(this.first), ...this.items.slice(0, this.first)];
    this.items.length = 2 * n;
    this.first = 0;
  }
  at(i) { return (this.first + i) & (this.items.length - 1); }
  pushBack(v) {
    this.grow();
    this.items[this.at(this.count++)] = v;
  }
  pushFront(v) {
    this.grow();
    this.first = this.at(-1);
    this.items[this.first] = v;
    this.count++;
  }
  popFront() {
    const v = this.items[this.first];
    this.items[this.first] = undefined;
    this.first = this.at(1);
    this.count--;
    return v;
  }
  popBack() {
    const at = this.at(--this.count), v = this.items[at];
    this.items[at] = undefined;
    return v;
  }
}
const queue = new Deque();
for (let i = 0; i < 1000; i++) queue.pushBack(i);
let total = 0;
for (let i = 0; i < 1000000; i++) {
  const first = queue.popFront();
  queue.pushBack((first * 7 + i) % 1000003);
  if (i % 5 === 0) queue.pushFront(queue.popBack() + 1);
  total += first;
}
for (let i = 0; i < queue.count; i++) total += queue.items[queue.at(i)];
console.log(String(total));
