package main

import (
	"fmt"
	"hash/crc32"
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
	data := read("text.txt")
	total := 0
	for i := 0; i < 5; i++ {
		total += int(crc32.ChecksumIEEE(data))
	}
	fmt.Println(total)
}
