const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
function expect(value, kind) {
  if (typeof value !== kind) throw new TypeError("json: a " + kind + " is expected");
  return value;
}
class Address {
  constructor(v) {
    this.city = expect(v.city, "string");
    this.number = expect(v.number, "number");
  }
}
class Person {
  constructor(v) {
    this.id = expect(v.id, "number");
    this.name = expect(v.name, "string");
    this.email = expect(v.email, "string");
    this.isActive = expect(v.active, "boolean");
    this.score = expect(v.score, "number");
    this.tags = v.tags.map((tag) => expect(tag, "string"));
    this.address = new Address(v.address);
  }
}
const text = read("people.json");
let total = 0;
for (let i = 0; i < 2; i++) {
  for (const p of JSON.parse(text).map((v) => new Person(v))) total += p.score + (p.tags.length + p.address.number + p.id);
}
console.log(total.toFixed(2));
