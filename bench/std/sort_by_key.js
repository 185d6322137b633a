const items = [];
let seed = 42;
for (let i = 0; i < 100000; i++) {
  seed = (seed * 16807) % 2147483647;
  items.push({ key: seed, name: String(i) });
}
const sortByKey = (xs, key) => xs.sort((a, b) => key(a) - key(b));
sortByKey(items, (item) => item.key);
console.log(items[0].name + " " + items[50000].name + " " + items[99999].name);
