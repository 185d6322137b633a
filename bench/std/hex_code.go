package main

import (
	"encoding/hex"
	"fmt"
)

func main() {
	data := read("text.txt")
	total := 0
	for i := 0; i < 2; i++ {
		text := hex.EncodeToString(data)
		back, err := hex.DecodeString(text)
		if err != nil {
			panic(err)
		}
		total += len(text) + len(back)
	}
	fmt.Println(total)
}
