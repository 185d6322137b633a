"""The parts of json that are written in Python."""
import json
import json.decoder
import json.encoder
import json.scanner

json.decoder.scanstring = json.decoder.py_scanstring
json.encoder.c_make_encoder = None
json.encoder.encode_basestring = json.encoder.py_encode_basestring
_decoder = json.JSONDecoder()
_decoder.parse_string = json.decoder.py_scanstring
_decoder.scan_once = json.scanner.py_make_scanner(_decoder)
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
loads, dumps = _decoder.decode, _encoder.encode
