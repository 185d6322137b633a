package main

import (
	"fmt"
	"math"
)

func made(n, seed int) [][]float64 {
	rows, x := make([][]float64, n), seed
	for i := range rows {
		rows[i] = make([]float64, n)
		for k := range rows[i] {
			x = x * 16807 % 2147483647
			rows[i][k] = float64(x%1000) / 100
		}
	}
	return rows
}

func product(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i, line := range a {
		out[i] = make([]float64, len(b[0]))
		for j, x := range line {
			for k, y := range b[j] {
				out[i][k] += x * y
			}
		}
	}
	return out
}

func solve(a [][]float64, b []float64) []float64 {
	n := len(a)
	rows, x := make([][]float64, n), make([]float64, n)
	for i := range rows {
		rows[i] = append(append([]float64{}, a[i]...), b[i])
	}
	for c := range rows {
		best := c
		for i := c + 1; i < n; i++ {
			if math.Abs(rows[i][c]) > math.Abs(rows[best][c]) {
				best = i
			}
		}
		rows[c], rows[best] = rows[best], rows[c]
		for i := c + 1; i < n; i++ {
			factor := rows[i][c] / rows[c][c]
			for k := c; k <= n; k++ {
				rows[i][k] -= factor * rows[c][k]
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		sum := rows[i][n]
		for k := i + 1; k < n; k++ {
			sum -= rows[i][k] * x[k]
		}
		x[i] = sum / rows[i][i]
	}
	return x
}

func main() {
	n := 200
	c := product(made(n, 42), made(n, 7))
	right := make([]float64, n)
	for i := range right {
		right[i] = float64(i)
	}
	x, y := solve(c, right), 0.0
	for k := range x {
		y += c[n/2][k] * x[k]
	}
	fmt.Printf("%.4f %.4f %.4f\n", c[3][5], c[n-1][n-1], y)
}
