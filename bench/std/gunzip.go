package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

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
