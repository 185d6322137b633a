package main

func main() { compress(1) }
