import pure

pure.without("_decimal")
pure.run()
