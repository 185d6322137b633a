package main

func main() { compress(9) }
