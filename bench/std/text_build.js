let text = "", list = "", seed = 42;
for (let i = 0; i < 150000; i++) {
  seed = (seed * 16807) % 2147483647;
  text += String(i).padStart(6, "0") + ": name" + (seed % 1000) + ", ";
  text += seed % 2 === 0 ? "even" : "odd";
  text += "\n";
}
for (let i = 0; i < 100000; i++) list += i + ",";
console.log(text.length + " " + list.length + " " + (text.split("even").length - 1));
