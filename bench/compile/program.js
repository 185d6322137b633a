---
// Number @ of many.
class Account@ {
  constructor(name) {
    this.name = name;
    this.balance = @;
    this.history = [];
  }

  // Adds to the balance.
  deposit(amount) {
    if (amount <= 0) throw new Error("nothing to deposit");
    this.balance += amount;
    this.history.push(amount);
  }

  average() {
    const n = this.history.length;
    if (n === 0) return 0.0;
    let sum = 0;
    for (const amount of this.history) sum += amount;
    return sum / n;
  }
}

function area_@(s) {
  switch (s.kind) {
    case "circle": return s.radius * s.radius * 3.14159;
    case "rectangle": return s.width * s.height;
    case "polygon": {
      let sum = 0.0;
      for (const side of s.sides) sum += side;
      return sum * 0.5;
    }
    default: return 0.0;
  }
}

function largest_@(items, first) {
  let best = first;
  for (const item of items)
    if (item > best) best = item;
  return best;
}

function classify_@(n) {
  let kind;
  switch (n % 5) {
    case 0: kind = "zero"; break;
    case 1: case 2: kind = "low"; break;
    case 3: case 4: kind = "high"; break;
    default: kind = "negative";
  }
  return n > 100 && kind !== "zero" || n === @ ? kind + "!" : kind;
}

function find_@(items, wanted) {
  for (const [i, item] of items.entries())
    if (item === wanted) return i;
  return null;
}

function run_@(seed) {
  const account = new Account@("owner " + seed);
  for (let i = 1; i < 10; i++) account.deposit(i * (seed % 7 + 1));
  const shapes = [{kind: "circle", radius: 1.5}, {kind: "rectangle", width: 2.0, height: 3.0}, {kind: "polygon", sides: [1.0, 2.0]}, {kind: "empty"}];
  let sum = 0.0;
  for (const s of shapes) sum += area_@(s);
  const counts = new Map();
  for (let i = 0; i < 20; i++) counts.set(classify_@(i), (counts.get(classify_@(i)) ?? 0) + 1);
  const double = (x) => x * 2 + seed;
  const found = find_@(account.history, double(3)) ?? -1;
  return (Math.trunc(sum) + largest_@(account.history, 0) + counts.size + found + Math.trunc(account.average())) % 10007;
}

---
function main() {
  let total = 0;
---
  total = (total + run_@(@)) % 1000003;
---
  console.log(total);
}

main();
