package main

import (
	"encoding/base64"
	"fmt"
)

func main() {
	data := read("text.txt")
	total := 0
	for i := 0; i < 2; i++ {
		text := base64.StdEncoding.EncodeToString(data)
		back, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			panic(err)
		}
		total += len(text) + len(back)
	}
	fmt.Println(total)
}
