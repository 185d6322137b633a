package main

import (
	"encoding/json"
	"fmt"
)

type Address struct {
	City   string
	Number int
}

type Person struct {
	Id      int
	Name    string
	Email   string
	Active  bool
	Score   float64
	Tags    []string
	Address Address
}

func main() {
	text := read("people.json")
	total := 0.0
	for i := 0; i < 2; i++ {
		var people []Person
		if err := json.Unmarshal(text, &people); err != nil {
			panic(err)
		}
		for _, p := range people {
			total += p.Score + float64(len(p.Tags)+p.Address.Number+p.Id)
		}
	}
	fmt.Printf("%.2f\n", total)
}
