let text = "";
for (let i = 0; i < 1000000; i++) {
  text += i;
  text += i % 10 === 9 ? "\n" : ",";
}
let sum = 0;
for (let i = 0; i < text.length; i += 97) sum = (sum * 31 + text.charCodeAt(i)) % 1000003;
console.log(text.length + " " + sum);
