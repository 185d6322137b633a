import pure

pure.without("_json")
pure.run()
