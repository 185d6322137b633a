package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

func main() {
	var people any
	if err := json.Unmarshal(read("people.json"), &people); err != nil {
		panic(err)
	}
	total := 0
	for i := 0; i < 5; i++ {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(people); err != nil {
			panic(err)
		}
		total += out.Len() - 1
	}
	fmt.Println(total)
}
