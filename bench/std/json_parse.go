package main

import (
	"encoding/json"
	"fmt"
)

func main() {
	text := read("people.json")
	total := 0
	for i := 0; i < 3; i++ {
		var people any
		if err := json.Unmarshal(text, &people); err != nil {
			panic(err)
		}
		for _, p := range people.([]any) {
			person := p.(map[string]any)
			total += len(person["tags"].([]any)) + int(person["address"].(map[string]any)["number"].(float64))
		}
	}
	fmt.Println(total)
}
