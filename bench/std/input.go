package main

// What the programs here share; each is compiled with it.

import (
	"os"
	"strconv"
)

// A file of the folder with the input.
func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}
