package main

import (
	"bytes"
	"compress/gzip"
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
	data := read("text.txt")
	var out bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&out, 9)
	writer.Write(data)
	writer.Close()
	fmt.Println(len(data), out.Len() < len(data)/2)
}
