class Circle:
    def __init__(self, r): self.r = r
    def area(self): return 3.0 * self.r * self.r
class Square:
    def __init__(self, s): self.s = s
    def area(self): return self.s * self.s
class Rect:
    def __init__(self, w, h): self.w, self.h = w, h
    def area(self): return self.w * self.h
def main():
    shapes = [Circle(float(i % 10)) if i % 3 == 0 else Square(float(i % 10)) if i % 3 == 1 else Rect(float(i % 10), 2.0) for i in range(1000)]
    total = 0.0
    for _ in range(10000):
        for s in shapes: total += s.area()
    print(int(total))
main()
