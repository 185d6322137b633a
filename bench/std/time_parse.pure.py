import pure

pure.without("_datetime")
pure.run()
