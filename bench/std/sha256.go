package main

import (
	"crypto/sha256"
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
	fmt.Printf("%x\n", sha256.Sum256(read("text.txt")))
}
