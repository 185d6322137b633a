// A Map keeps the order in which keys came.
class Lru {
  constructor(capacity) {
    this.capacity = capacity;
    this.entries = new Map();
  }
  get(key) {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }
  insert(key, value) {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.capacity) this.entries.delete(this.entries.keys().next().value);
  }
}
const cache = new Lru(1000);
let seed = 42, hits = 0;
for (let i = 0; i < 200000; i++) {
  seed = (seed * 16807) % 2147483647;
  const key = seed % 1500;
  if (cache.get(key) !== undefined) hits++;
  else cache.insert(key, i);
}
console.log(cache.entries.size + " " + hits);
