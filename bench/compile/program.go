package main

import (
	"fmt"
	"strconv"
)

---
// Account@ is number @ of many.
type Account@ struct {
	name    string
	balance int
	history []int
}

func newAccount@(name string) *Account@ {
	return &Account@{name: name, balance: @}
}

// Adds to the balance.
func (a *Account@) deposit(amount int) {
	if amount <= 0 {
		panic("nothing to deposit")
	}
	a.balance += amount
	a.history = append(a.history, amount)
}

func (a *Account@) average() float64 {
	n := len(a.history)
	if n == 0 {
		return 0
	}
	sum := 0
	for _, amount := range a.history {
		sum += amount
	}
	return float64(sum) / float64(n)
}

type Shape@ interface{}

type Circle@ struct{ radius float64 }
type Rectangle@ struct{ width, height float64 }
type Polygon@ struct{ sides []float64 }
type Empty@ struct{}

func area@(s Shape@) float64 {
	switch v := s.(type) {
	case Circle@:
		return v.radius * v.radius * 3.14159
	case Rectangle@:
		return v.width * v.height
	case Polygon@:
		sum := 0.0
		for _, side := range v.sides {
			sum += side
		}
		return sum * 0.5
	}
	return 0
}

func largest@[T int | float64](items []T, first T) T {
	best := first
	for _, item := range items {
		if item > best {
			best = item
		}
	}
	return best
}

func classify@(n int) string {
	kind := "negative"
	switch n % 5 {
	case 0:
		kind = "zero"
	case 1, 2:
		kind = "low"
	case 3, 4:
		kind = "high"
	}
	if n > 100 && kind != "zero" || n == @ {
		return kind + "!"
	}
	return kind
}

func find@(items []int, wanted int) (int, bool) {
	for i, item := range items {
		if item == wanted {
			return i, true
		}
	}
	return 0, false
}

func run@(seed int) int {
	account := newAccount@("owner " + strconv.Itoa(seed))
	for i := 1; i < 10; i++ {
		account.deposit(i * (seed%7 + 1))
	}
	shapes := []Shape@{Circle@{1.5}, Rectangle@{2.0, 3.0}, Polygon@{[]float64{1.0, 2.0}}, Empty@{}}
	sum := 0.0
	for _, s := range shapes {
		sum += area@(s)
	}
	counts := map[string]int{}
	for i := 0; i < 20; i++ {
		counts[classify@(i)] += 1
	}
	double := func(x int) int { return x*2 + seed }
	found, ok := find@(account.history, double(3))
	if !ok {
		found = -1
	}
	return (int(sum) + largest@(account.history, 0) + len(counts) + found + int(account.average())) % 10007
}

---
func main() {
	total := 0
---
	total = (total + run@(@)) % 1000003
---
	fmt.Println(total)
}
