package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
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
	data := read("text.txt.gz")
	total := 0
	for i := 0; i < 5; i++ {
		reader, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			panic(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			panic(err)
		}
		total += len(text)
	}
	fmt.Println(total)
}
