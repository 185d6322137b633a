package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

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
